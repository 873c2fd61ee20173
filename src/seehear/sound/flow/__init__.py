"""Silent video to sound by flow matching: MMAudio's architecture, and ViSAudio's two ears on top."""
