"""What is heard: spoken words, recorded sounds, and the short-lived addresses under which they are fetched."""
