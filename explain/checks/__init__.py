"""Evidence that an explanation is right: faithfulness, sensitivity, randomisation, agreement, known truth."""
