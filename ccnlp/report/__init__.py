"""The run report: one HTML file that opens offline."""
