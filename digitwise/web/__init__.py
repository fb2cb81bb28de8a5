"""The web page and the API behind it: `digitwise serve`, with the extra `[web]`."""
