"""The commands: `flask helplines`, `flask settings` and `flask translate`."""
