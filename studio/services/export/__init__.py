"""What leaves the library: pictures, tables of copy, music, contact sheet and manifest."""
