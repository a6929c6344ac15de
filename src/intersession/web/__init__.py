"""What people see: one folder a screen area. Screens only read rows; every act is an event for the corridor."""
