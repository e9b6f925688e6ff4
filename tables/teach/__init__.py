"""How the digit network is taught: from generated pages, and on from there with corrected ones."""
