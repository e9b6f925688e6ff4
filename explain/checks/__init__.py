"""Evidence that an explanation is right: faithfulness, sensitivity, randomisation, agreement, known truth."""

from zij.explain.checks.checking import CHECKS, TRUTH, CheckResults, check

__all__ = ["CHECKS", "TRUTH", "CheckResults", "check"]
