"""The reference in docs/: pages made from the schema of scenes, pictures drawn by the workers."""
