"""What Framefarm draws against what Chromium and FFmpeg draw; each test says how far they may be apart."""
