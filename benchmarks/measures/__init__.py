"""What is measured. Each module is a part of the page: `measure(run)` returns its tables."""
