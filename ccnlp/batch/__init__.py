"""The nightly batch: read, score chunk by chunk, write.

``run_score`` is the way in. ``chunk`` is what runs in a worker, ``outputs`` writes files that
appear only when they are whole, ``run`` puts both together.
"""

from ccnlp.batch.run import Outcome, Progress, ScoreJob, run_score

__all__ = ["Outcome", "Progress", "ScoreJob", "run_score"]
