"""The collection as a website: the notebooks as stored, with figures that need no kernel."""
