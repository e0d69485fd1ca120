"""The live hook: each turn is answered as it is said, as the nightly run would (docs/live.md)."""
