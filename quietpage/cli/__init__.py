"""The commands of hosts, `quietpage check`, and of translators, `flask translate`."""
