"""Two pages compared: by digits or by a general encoder, with the files of the pair."""
