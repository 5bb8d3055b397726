"""What must hold for every input, tried on generated scenes against the installed package."""
