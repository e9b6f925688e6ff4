"""Evidence that an explanation is right: faithfulness, sensitivity, randomisation, agreement, known truth."""

from zij.explain.checks.checking import CHECKS, CheckResults, check

__all__ = ["CHECKS", "CheckResults", "check"]
