"""Speed, measured side by side: `python -m benchmarks` writes the tables of benchmarks/README.md."""
