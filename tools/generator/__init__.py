"""Write what R needs of the core: wrappers, help pages and the contract's manifest."""
