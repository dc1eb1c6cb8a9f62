"""What a durable event costs, beside a Litestar hello world in the same run."""
