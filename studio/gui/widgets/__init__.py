"""Small widgets that pages are assembled from."""
