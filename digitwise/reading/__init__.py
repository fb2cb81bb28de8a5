"""Reading numbers: picture → ink → digits → text, with probabilities."""
