"""What brings two pages near: the methods behind `zij explain` and `zij study`, and their checks."""
