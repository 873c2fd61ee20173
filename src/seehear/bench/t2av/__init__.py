"""T2AV-Compass from one install: its prompts, its arithmetic, weight-free metrics, a judge, a page."""
