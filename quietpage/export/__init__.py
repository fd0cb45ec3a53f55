"""The site for other servers: as files with their configurations, or its error page."""
