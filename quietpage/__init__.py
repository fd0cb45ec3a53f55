"""The machinery of Quietpage: from settings, facts and words to bytes."""
