//! The closed sum of what can go wrong, as the door sees it.
