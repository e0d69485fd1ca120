"""What looks at turns and answers observations."""
