"""Reusable, dumb widgets: values in, signals out.

They know theme, fonts, enums and structs of the models, and nothing of the bridge, files or the network.
"""
