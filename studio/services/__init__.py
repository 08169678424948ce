"""Use cases above the store: importing, planning and exporting campaigns, model lists."""
