"""Settings for all tests."""

import hypothesis

# A busy machine is no fault of the code: examples have no time limit.
hypothesis.settings.register_profile("streamtrack", deadline=None)
# For a long look: pytest --hypothesis-profile=thorough
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=5000)
hypothesis.settings.load_profile("streamtrack")
