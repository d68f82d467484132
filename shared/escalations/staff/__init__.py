"""The company's own people in their own messengers: linked by a code, told of escalations, answering shoppers."""
