"""Readings in the formats of other programs: tables, viewers, editors, editions, repositories."""
