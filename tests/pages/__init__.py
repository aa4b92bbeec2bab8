"""The pages, as a browser without script meets them."""
