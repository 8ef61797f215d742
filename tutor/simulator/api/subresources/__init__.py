"""What is below an object in the API, one module each: `HANDLES` names the subresources that its `handle` answers for."""
