"""A scan on a cluster: Dask runs the tasks, shards of Parquet hold what they give."""
