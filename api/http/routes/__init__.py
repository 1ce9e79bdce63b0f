"""The routes, one module for each thing that they are about; each ends in its list of them."""
