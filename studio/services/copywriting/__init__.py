"""Copy: how wide it is, what it may say, which candidates are kept and how they rank."""
