"""One client for OpenAI-compatible chat endpoints."""
