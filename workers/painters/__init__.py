"""One painter per kind of layer; ``registry`` knows them all."""
