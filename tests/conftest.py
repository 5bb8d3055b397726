"""Settings for all tests."""

import hypothesis

# A busy machine is no fault of the code: examples have no time limit.
hypothesis.settings.register_profile("streamtrack", deadline=None)
# For a long look: pytest --hypothesis-profile=thorough
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=5000)
# For hostile inputs: pytest --hypothesis-profile=long
hypothesis.settings.register_profile(
    "long",
    deadline=None,
    max_examples=100_000,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("streamtrack")
