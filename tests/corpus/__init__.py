"""Migrations as teams commit them, each labelled hazardous or safe, with what a real server shows of it."""
