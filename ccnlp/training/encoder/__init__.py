"""Training of the turn encoder: base, vocabulary, fine-tuning, distillation, export, figures."""
