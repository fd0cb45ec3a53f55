"""The commands for hosts, `quietpage …`, and for translators, `flask translate …`."""
