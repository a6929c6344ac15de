"""Every word that clients or staff can hear or read, by locale pack, and the composer that fills it (D59)."""
