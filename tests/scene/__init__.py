"""Tests of the scene room."""
