"""What changes a layer's own picture, one file for each family of effects."""
