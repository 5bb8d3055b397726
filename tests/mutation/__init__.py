"""Do the tests notice when the core is wrong? `make mutation` changes it in many small ways."""
