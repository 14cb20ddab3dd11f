"""What it means that a statement holds: exact polynomials on concrete networks. It knows no proof and no equation."""
