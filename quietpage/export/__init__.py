"""The site for other servers: as files with configurations, and its error page."""
