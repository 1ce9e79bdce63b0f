"""The kinds of layers: one file each; :mod:`scene.layers` lists them."""
